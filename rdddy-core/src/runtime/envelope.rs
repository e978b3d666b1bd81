//! A message on its way: a header that the mailbox links, and the message itself, inline.
//!
//! The type of the message is known where it is packed and where it is handled. In between, a
//! [`Handling`] stands for it: code that moves messages about exists once, not once per type.
#![expect(unsafe_code, reason = "type-erased messages without a box per message")]

use std::mem::{ManuallyDrop, offset_of};
use std::ptr::NonNull;
use std::sync::Arc;

use super::blocks::{self, Block};
use super::event::DeadReason;
use super::handling::Handling;
use super::mailbox::Link;
use super::reply::{Lost, Reply, ReplyTo};
use super::turn::Deadline;
use crate::message::{Event, Metadata};

const _: () = assert!(align_of::<Envelope<u8>>() == super::mailbox::ALIGN);

/// What every envelope starts with.
#[repr(C)]
struct Node {
    link: Link,
    handling: &'static Handling,
    slip: Option<Slip>,
}

/// An envelope with its content: a request itself, or the pointer of an `Arc` of an event. The node
/// comes first, so that a pointer to one is a pointer to the other; the mailbox keeps a count where
/// the alignment leaves room in an address.
#[repr(C, align(16))]
struct Envelope<C> {
    node: Node,
    content: C,
}

/// The shape of an envelope that holds a `C`.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    block: Block,
    content_at: usize,
    content_size: usize,
}

impl Shape {
    pub(crate) const fn of<C>() -> Self {
        Shape {
            block: Block::of::<Envelope<C>>(),
            content_at: offset_of!(Envelope<C>, content),
            content_size: size_of::<C>(),
        }
    }
}

/// What an envelope holds of an event: the pointer of a share.
#[repr(transparent)]
pub(crate) struct Shared(pub(crate) *mut ());

// SAFETY: events are `Send` and `Sync`.
unsafe impl Send for Shared {}

impl Shared {
    /// One more share of an event.
    pub(crate) fn of<E: Event>(event: &Arc<E>) -> Self {
        Shared(Arc::into_raw(Arc::clone(event)).cast_mut().cast())
    }
}

/// What accompanies a message.
pub(crate) struct Terms {
    pub(crate) metadata: Option<Arc<Metadata>>,
    pub(crate) reply: Option<ReplyTo>,
    pub(crate) deadline: Deadline,
    /// How often the message has been tried, this time included.
    pub(crate) attempt: u32,
}

impl Terms {
    /// Of a message that was told, and carries nothing.
    pub(crate) const PLAIN: Self =
        Terms { metadata: None, reply: None, deadline: Deadline::NONE, attempt: 1 };
}

/// Terms that differ from the plain ones, in a block of their own: most messages have none.
struct Slip(NonNull<Terms>);

impl Slip {
    #[cold]
    fn new(terms: Terms) -> Self {
        let place = blocks::allocate(const { Block::of::<Terms>() }).cast();
        // SAFETY: fresh memory for this very type.
        unsafe { place.write(terms) };
        Slip(place)
    }

    fn into_terms(self) -> Terms {
        let place = ManuallyDrop::new(self).0;
        // SAFETY: the slip owned its terms, which are moved out before their memory is given back.
        unsafe {
            let terms = place.read();
            blocks::free(place.cast(), const { Block::of::<Terms>() });
            terms
        }
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        drop(Slip(self.0).into_terms());
    }
}

/// How the handling of a message left the cell.
pub(crate) enum Step {
    /// Ready for the next message.
    Done,
    /// The handler waits, and somebody else may own the cell by now.
    Suspended,
    /// The present state does not accept the message.
    Stash(Parcel),
    /// The actor failed.
    Failed(Box<super::lifecycle::Failed>),
    /// The actor is to end.
    Stop,
}

/// An owned envelope. When it is dropped, so is its content, uncounted: all paths handle it, bury it,
/// or give it back to its sender.
pub(crate) struct Parcel(NonNull<Node>);

// SAFETY: contents are `Send`, and a parcel is the only way to one.
unsafe impl Send for Parcel {}
// SAFETY: a shared parcel only tells what its static table says.
unsafe impl Sync for Parcel {}

impl Parcel {
    /// # Safety
    ///
    /// `C` is the content that `handling` is for.
    #[inline(always)]
    pub(crate) unsafe fn pack<C: Send>(handling: &'static Handling, content: C) -> Self {
        let envelope = blocks::allocate(const { Block::of::<Envelope<C>>() }).cast();
        let node = Node { link: Link::new(), handling, slip: None };
        // SAFETY: fresh memory for this very type.
        unsafe { envelope.write(Envelope { node, content }) };
        Parcel(envelope.cast())
    }

    /// The same for a content that is moved from `content`, byte by byte.
    ///
    /// # Safety
    ///
    /// `content` points to what `handling` is for, and is not used afterwards.
    pub(crate) unsafe fn pack_from(handling: &'static Handling, content: *const u8) -> Self {
        let Shape { block, content_at, content_size } = handling.shape;
        let node: NonNull<Node> = blocks::allocate(block).cast();
        // SAFETY: fresh memory, for an envelope of this shape, whose content ends with its block.
        unsafe {
            node.write(Node { link: Link::new(), handling, slip: None });
            let place = node.cast::<u8>().byte_add(content_at).as_ptr();
            place.copy_from_nonoverlapping(content, content_size);
        }
        Parcel(node)
    }

    /// Takes the content back.
    ///
    /// # Safety
    ///
    /// It is a `C`.
    pub(crate) unsafe fn unpack<C>(self) -> C {
        // SAFETY: the caller's promise; the content is not used again.
        unsafe {
            let content = self.content().cast::<C>().read();
            self.discard();
            content
        }
    }

    fn node(&self) -> &Node {
        // SAFETY: a parcel owns its envelope.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn handling(&self) -> &'static Handling {
        self.node().handling
    }

    /// The content, untyped.
    #[inline]
    pub(crate) fn content(&self) -> *mut () {
        // SAFETY: inside of the envelope.
        unsafe { self.0.byte_add(self.handling().shape.content_at).as_ptr().cast() }
    }

    pub(crate) fn terms(&self) -> Option<&Terms> {
        // SAFETY: a slip owns its terms.
        self.node().slip.as_ref().map(|slip| unsafe { slip.0.as_ref() })
    }

    #[inline]
    pub(crate) fn take_terms(&mut self) -> Terms {
        // SAFETY: a parcel owns its envelope.
        let slip = unsafe { self.0.as_mut() }.slip.take();
        slip.map_or(Terms::PLAIN, Slip::into_terms)
    }

    pub(crate) fn set_terms(&mut self, terms: Terms) {
        // SAFETY: a parcel owns its envelope.
        unsafe { self.0.as_mut() }.slip = Some(Slip::new(terms));
    }

    /// Adds metadata, if there is any to carry on.
    #[inline]
    pub(crate) fn attach(&mut self, metadata: Option<Arc<Metadata>>) {
        if metadata.is_some() {
            let terms = self.take_terms();
            self.set_terms(Terms { metadata, ..terms });
        }
    }

    /// Gives the envelope back.
    ///
    /// # Safety
    ///
    /// The content has been moved out.
    #[inline]
    pub(crate) unsafe fn discard(mut self) {
        // SAFETY: a parcel owns its envelope.
        drop(unsafe { self.0.as_mut() }.slip.take());
        let node = ManuallyDrop::new(self).0;
        // SAFETY: what is left in the envelope needs no drop.
        unsafe { blocks::free(node.cast(), node.as_ref().handling.shape.block) };
    }

    /// Ends the message unhandled, and tells whoever waits for an answer.
    pub(crate) fn lose(mut self, reason: DeadReason) {
        Reply::from(self.take_terms().reply).lose(Lost::DeadLetter(reason));
    }

    /// Hands the parcel to a mailbox.
    #[inline]
    pub(crate) fn into_link(self) -> NonNull<Link> {
        ManuallyDrop::new(self).0.cast()
    }

    /// Takes the parcel back from a mailbox.
    ///
    /// # Safety
    ///
    /// `link` came from [`Parcel::into_link`], and the mailbox gave it up.
    #[inline]
    pub(crate) unsafe fn from_link(link: NonNull<Link>) -> Self {
        Parcel(link.cast())
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        let Parcel(node) = *self;
        // SAFETY: the parcel owns its envelope and the content. A content whose destructor panics
        // takes its envelope with it.
        unsafe {
            (self.handling().release)(self.content());
            Parcel(node).discard();
        }
    }
}
