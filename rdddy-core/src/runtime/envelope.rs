//! A message on its way: a header that the mailbox links, and the message itself, inline.
#![expect(unsafe_code, reason = "type-erased messages without a box per message")]

use std::ptr::NonNull;
use std::sync::Arc;

use super::actor::Actor;
use super::blocks;
use super::cell::Cell;
use super::event::DeadReason;
use super::handler::Lane;
use super::mailbox::Link;
use crate::message::{Kind, Metadata};

const _: () = assert!(align_of::<Envelope<u8>>() == super::mailbox::ALIGN);

/// What every envelope starts with.
#[repr(C)]
pub(crate) struct Node {
    link: Link,
    vtable: &'static NodeVtable,
    pub(crate) metadata: Option<Arc<Metadata>>,
}

/// An envelope with its content. The node comes first, so that a pointer to one is a pointer to
/// the other; the mailbox keeps a count where the alignment leaves room in an address.
#[repr(C, align(16))]
struct Envelope<B> {
    node: Node,
    body: B,
}

/// What can be done with an envelope whose content is not known.
pub(crate) struct NodeVtable {
    /// Handles it: consumes the envelope, or gives it back to be stashed.
    run: unsafe fn(Parcel, *const ()) -> Step,
    /// Consumes the content unhandled.
    bury: unsafe fn(Parcel, DeadReason),
    about: fn() -> About,
}

/// What is known about an envelope without opening it.
#[derive(Clone, Copy)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) lane: Lane,
    /// It is the runtime's own, and not counted.
    pub(crate) internal: bool,
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

/// What an envelope holds: a kind of delivery of a message to an actor `A`.
pub(crate) trait Body<A: Actor>: Sized + Send + 'static {
    /// In which order it is handled.
    const LANE: Lane;

    /// What the envelope tells without being opened.
    fn about() -> About;

    /// Whether the actor accepts it in its present state.
    fn accepted(&self, actor: &A) -> bool;

    /// Handles it.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and the cell is occupied.
    unsafe fn handle(self, cell: &Arc<Cell<A>>, metadata: Option<Arc<Metadata>>) -> Step;

    /// Ends it unhandled.
    fn bury(self, reason: DeadReason);
}

/// An owned envelope. One that is dropped unopened is lost, so all paths open, run or bury it.
pub(crate) struct Parcel(NonNull<Node>);

// SAFETY: bodies are `Send`, and a parcel is the only way to one.
unsafe impl Send for Parcel {}
// SAFETY: a shared parcel only tells what its static vtable says.
unsafe impl Sync for Parcel {}

impl Parcel {
    #[inline]
    pub(crate) fn pack<A: Actor, B: Body<A>>(body: B, metadata: Option<Arc<Metadata>>) -> Self {
        let envelope = blocks::allocate::<Envelope<B>>();
        let node = Node { link: Link::new(), vtable: vtable::<A, B>(), metadata };
        // SAFETY: fresh memory for this very type.
        unsafe { envelope.write(Envelope { node, body }) };
        Parcel(envelope.cast())
    }

    /// Opens a parcel that is known to hold a `B`.
    ///
    /// # Safety
    ///
    /// It was packed from a `B`.
    #[inline]
    pub(crate) unsafe fn open<B>(self) -> (B, Option<Arc<Metadata>>) {
        let envelope = self.0.cast::<Envelope<B>>();
        // SAFETY: the caller's promise; the content is moved out before its memory is given back.
        unsafe {
            let Envelope { node, body } = envelope.read();
            blocks::free(envelope);
            (body, node.metadata)
        }
    }

    /// # Safety
    ///
    /// It was packed from a `B`.
    unsafe fn peek<B>(&self) -> &B {
        // SAFETY: the caller's promise.
        unsafe { &self.0.cast::<Envelope<B>>().as_ref().body }
    }

    fn node(&self) -> &Node {
        // SAFETY: a parcel owns its envelope.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn about(&self) -> About {
        (self.node().vtable.about)()
    }

    /// Hands the parcel to a mailbox.
    #[inline]
    pub(crate) fn into_link(self) -> NonNull<Link> {
        self.0.cast()
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

    /// Handles the message in `cell`.
    ///
    /// # Safety
    ///
    /// The parcel was packed for the cell's actor type; the caller owns the cell, and the cell is
    /// occupied.
    #[inline]
    pub(crate) unsafe fn run<A: Actor>(self, cell: &Arc<Cell<A>>) -> Step {
        let run = self.node().vtable.run;
        // SAFETY: the caller's promise.
        unsafe { run(self, std::ptr::from_ref(cell).cast()) }
    }

    /// Ends the message unhandled.
    pub(crate) fn bury(self, reason: DeadReason) {
        let bury = self.node().vtable.bury;
        // SAFETY: the vtable is the one of its content.
        unsafe { bury(self, reason) }
    }
}

/// # Safety
///
/// `parcel` was packed from a `B` for an `A`; `cell` points to an `Arc<Cell<A>>` whose owner is the
/// caller.
unsafe fn run<A: Actor, B: Body<A>>(parcel: Parcel, cell: *const ()) -> Step {
    // SAFETY: the caller's promise.
    unsafe {
        let cell = &*cell.cast::<Arc<Cell<A>>>();
        if !parcel.peek::<B>().accepted(cell.actor()) {
            return Step::Stash(parcel);
        }
        let (body, metadata) = parcel.open::<B>();
        body.handle(cell, metadata)
    }
}

/// # Safety
///
/// `parcel` was packed from a `B`.
unsafe fn bury<A: Actor, B: Body<A>>(parcel: Parcel, reason: DeadReason) {
    // SAFETY: the caller's promise.
    let (body, _) = unsafe { parcel.open::<B>() };
    body.bury(reason);
}

const fn vtable<A: Actor, B: Body<A>>() -> &'static NodeVtable {
    const { &NodeVtable { run: run::<A, B>, bury: bury::<A, B>, about: B::about } }
}
