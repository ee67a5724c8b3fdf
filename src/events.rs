//! Events waiting for the host: bounded, and honest about what was lost.

use crate::event::Event;
use crate::identity::Identity;
use alloc::collections::VecDeque;

/// The queue.
#[derive(Debug)]
pub(crate) struct Events<I: Identity> {
    queue: VecDeque<Event<I>>,
    limit: usize,
    missed: u64,
}

impl<I: Identity> Events<I> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { queue: VecDeque::new(), limit, missed: 0 }
    }

    /// Queues an event; false if the oldest was dropped for it.
    pub(crate) fn push(&mut self, event: Event<I>) -> bool {
        let full = self.queue.len() == self.limit;
        if full {
            self.queue.pop_front();
            self.missed += 1;
        }
        self.queue.push_back(event);
        !full
    }

    /// Takes the oldest event; first of all how many were missed.
    pub(crate) fn pop(&mut self) -> Option<Event<I>> {
        match core::mem::take(&mut self.missed) {
            0 => self.queue.pop_front(),
            missed => Some(Event::Lagged { missed }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Fixed;
    use alloc::string::String;

    #[test]
    fn a_reader_that_lags_is_told_once_and_goes_on_with_what_is_left() {
        let mut events = Events::<Fixed<String>>::new(2);
        let kept =
            [Event::Active, Event::Idle, Event::Active, Event::Defunct].map(|event| events.push(event));
        assert_eq!(kept, [true, true, false, false]);
        assert_eq!(events.pop(), Some(Event::Lagged { missed: 2 }));
        assert_eq!(events.pop(), Some(Event::Active));
        assert_eq!(events.pop(), Some(Event::Defunct));
        assert_eq!(events.pop(), None);
    }
}
