//! Memory for messages and for handlers that wait: blocks of a few sizes, kept per thread.
//!
//! A producer allocates a message and a consumer on another thread frees it, so blocks drift. Whole
//! chains of them travel back through a shared list, at one short lock per chain. What a burst
//! leaves behind beyond [`CHAINS_KEPT`] chains goes back to the allocator.
#![expect(unsafe_code, reason = "a free-list allocator; twice as fast as malloc across threads")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::{Cell, UnsafeCell};
use std::ptr::{NonNull, null_mut};
use std::sync::Mutex;

use crate::seam::sync::lock;

/// Sizes of blocks, in bytes; anything larger is allocated on its own.
const SIZES: [usize; 5] = [32, 64, 128, 256, 512];
const ALIGN: usize = 16;
/// Blocks in a chain.
const CHAIN: usize = 64;
/// Full chains of one size kept for reuse.
const CHAINS_KEPT: usize = 128;

struct Free {
    next: *mut Free,
}

/// The free blocks of one size on one thread: up to a chain in use, and a full one in reserve.
struct Magazine {
    first: *mut Free,
    len: usize,
    reserve: *mut Free,
}

struct Chains(Vec<*mut Free>);
// SAFETY: a chain in the list belongs to the list alone.
unsafe impl Send for Chains {}

static CHAINS: [Mutex<Chains>; SIZES.len()] =
    [const { Mutex::new(Chains(Vec::new())) }; SIZES.len()];

thread_local! {
    static MAGAZINES: UnsafeCell<[Magazine; SIZES.len()]> = const {
        UnsafeCell::new(
            [const { Magazine { first: null_mut(), len: 0, reserve: null_mut() } }; SIZES.len()],
        )
    };
    static AT_EXIT: AtExit = const { AtExit(Cell::new(false)) };
}

/// Gives a thread's blocks back when it ends. Apart from the magazines, so that those need no
/// check whether they still exist.
struct AtExit(Cell<bool>);

impl Drop for AtExit {
    fn drop(&mut self) {
        for class in 0..SIZES.len() {
            with(class, |magazine| {
                for mut block in [
                    std::mem::replace(&mut magazine.first, null_mut()),
                    std::mem::replace(&mut magazine.reserve, null_mut()),
                ] {
                    while let Some(free) = NonNull::new(block) {
                        // SAFETY: a block in a magazine belongs to it, and starts with a `Free`.
                        unsafe {
                            block = (*free.as_ptr()).next;
                            dealloc(free.as_ptr().cast(), layout(class));
                        }
                    }
                }
                magazine.len = 0;
            });
        }
    }
}

/// What memory a type needs.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    layout: Layout,
    /// The class of blocks that it fits into; [`ALONE`] if none.
    class: usize,
}

/// Not a class: allocated on its own.
const ALONE: usize = SIZES.len();

impl Block {
    /// The block for a `T`.
    pub(crate) const fn of<T>() -> Self {
        let layout = Layout::new::<T>();
        let mut class = 0;
        while class < ALONE && (layout.align() > ALIGN || layout.size() > SIZES[class]) {
            class += 1;
        }
        Block { layout, class }
    }
}

const fn layout(class: usize) -> Layout {
    // SAFETY: the alignment is a power of two, and the sizes are small multiples of it.
    unsafe { Layout::from_size_align_unchecked(SIZES[class], ALIGN) }
}

#[inline]
fn with<T>(class: usize, f: impl FnOnce(&mut Magazine) -> T) -> T {
    MAGAZINES.with(|magazines| {
        // SAFETY: thread-local, and nothing that runs inside `f` comes back here: it only follows
        // pointers and calls the allocator.
        let magazines = unsafe { &mut *magazines.get() };
        f(&mut magazines[class])
    })
}

/// Uninitialized memory.
#[inline]
pub(crate) fn allocate(block: Block) -> NonNull<u8> {
    if block.class == ALONE {
        return allocate_alone(block.layout);
    }
    with(block.class, |magazine| {
        if magazine.first.is_null() {
            refill(magazine, block.class);
        }
        let first = magazine.first;
        // SAFETY: `refill` leaves at least one block, which belongs to the magazine.
        unsafe {
            magazine.first = (*first).next;
            magazine.len -= 1;
            NonNull::new_unchecked(first.cast())
        }
    })
}

/// Gives memory back.
///
/// # Safety
///
/// `memory` came from [`allocate`] for the same `block`, and its content is gone.
#[inline]
pub(crate) unsafe fn free(memory: NonNull<u8>, block: Block) {
    if block.class == ALONE {
        // SAFETY: a layout without a class was allocated alone.
        return unsafe { dealloc(memory.as_ptr(), block.layout) };
    }
    with(block.class, |magazine| {
        if magazine.len >= CHAIN {
            flush(magazine, block.class);
        }
        let free: *mut Free = memory.as_ptr().cast();
        // SAFETY: the block is at least as large and as aligned as a `Free`, and unused.
        unsafe { free.write(Free { next: magazine.first }) };
        magazine.first = free;
        magazine.len += 1;
    });
}

fn allocate_alone(layout: Layout) -> NonNull<u8> {
    // SAFETY: every layout here has a size: messages and frames carry a header.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}

#[cold]
#[inline(never)]
fn refill(magazine: &mut Magazine, class: usize) {
    magazine.len = CHAIN;
    if !magazine.reserve.is_null() {
        magazine.first = std::mem::replace(&mut magazine.reserve, null_mut());
        return;
    }
    if let Some(chain) = lock(&CHAINS[class]).0.pop() {
        magazine.first = chain;
        return;
    }
    // A thread that ends has run its destructors; what it still frees is not given back.
    let _ = AT_EXIT.try_with(|at_exit| at_exit.0.set(true));
    let mut first = null_mut();
    for _ in 0..CHAIN {
        let block: *mut Free = allocate_alone(layout(class)).as_ptr().cast();
        // SAFETY: fresh memory, larger than a `Free`.
        unsafe { block.write(Free { next: first }) };
        first = block;
    }
    magazine.first = first;
}

#[cold]
#[inline(never)]
fn flush(magazine: &mut Magazine, class: usize) {
    let full = std::mem::replace(&mut magazine.first, null_mut());
    magazine.len = 0;
    if magazine.reserve.is_null() {
        magazine.reserve = full;
        return;
    }
    let mut chains = lock(&CHAINS[class]);
    if chains.0.len() < CHAINS_KEPT {
        chains.0.push(full);
        return;
    }
    drop(chains);
    let mut block = full;
    while let Some(free) = NonNull::new(block) {
        // SAFETY: a full chain belongs to the magazine it was taken from.
        unsafe {
            block = (*free.as_ptr()).next;
            dealloc(free.as_ptr().cast(), layout(class));
        }
    }
}
