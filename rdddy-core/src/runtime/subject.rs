//! What a handler gets: a request, which it reads, or an event, which it borrows.
#![expect(unsafe_code, reason = "shares of events whose type is not known here")]

use super::handling::Handling;

/// See the module.
pub(crate) struct Subject {
    pointer: *mut (),
    /// What ends the share of the event that is held here, if one is.
    release: Option<unsafe fn(*mut ())>,
}

// SAFETY: events are `Send` and `Sync`, and what is not held is kept by whoever runs the handler,
// until `keep`.
unsafe impl Send for Subject {}

impl Subject {
    /// The content of an envelope that is about to be opened.
    ///
    /// # Safety
    ///
    /// `content` is what `handling` is for, and is the subject's from here on; a request stays in its
    /// place until its handler has been called.
    #[inline]
    pub(crate) unsafe fn of_content(handling: &Handling, content: *mut ()) -> Self {
        // SAFETY: the caller's promise.
        let pointer = unsafe { handling.subject(content) };
        Subject { pointer, release: handling.share.map(|_| handling.release) }
    }

    /// What somebody else holds until the handler returns, or has to wait.
    #[inline]
    pub(crate) fn borrowed(pointer: *mut ()) -> Self {
        Subject { pointer, release: None }
    }

    #[inline]
    pub(crate) fn pointer(&self) -> *mut () {
        self.pointer
    }

    /// Holds a share of the event from here on, if it is one.
    ///
    /// # Safety
    ///
    /// The subject is what `handling` is for, and whoever held it still does.
    pub(crate) unsafe fn keep(&mut self, handling: &Handling) {
        if let (Some(share), None) = (handling.share, self.release) {
            // SAFETY: the caller's promise.
            unsafe { share(self.pointer) };
            self.release = Some(handling.release);
        }
    }

    /// Ends the share, if one is held.
    ///
    /// # Safety
    ///
    /// The event is not used again.
    #[inline]
    pub(crate) unsafe fn release(&mut self) {
        if let Some(release) = self.release.take() {
            // SAFETY: the share that is held; an envelope's content is its pointer.
            unsafe { release((&raw mut self.pointer).cast()) };
        }
    }
}
