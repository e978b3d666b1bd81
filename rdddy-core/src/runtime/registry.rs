//! Which actors there are: by id, and by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::cell::Cell;
use super::error::SpawnError;
use super::id::ActorId;
use crate::seam::sync::lock;

/// Slots in a block: large enough that growing is rare, small enough that it costs little.
const BLOCK: usize = 1024;

type Slot = Option<Arc<dyn AnyCell>>;

#[derive(Default)]
struct Slots {
    /// Blocks of slots, so that growing moves nothing.
    blocks: Vec<Box<[Slot]>>,
    free: Vec<u32>,
    used: u32,
    sequence: u32,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Registry {
    slots: Mutex<Slots>,
    names: Mutex<BTreeMap<Arc<str>, ActorId>>,
}

impl Registry {
    /// Makes a cell with an id of its own, and keeps it.
    #[inline]
    pub(crate) fn insert<A: Actor>(
        &self,
        make: impl FnOnce(ActorId) -> Arc<Cell<A>>,
    ) -> Result<Arc<Cell<A>>, SpawnError> {
        let mut slots = lock(&self.slots);
        let slot = match slots.free.pop() {
            Some(slot) => slot,
            None => slots.grow().ok_or(SpawnError::TooManyActors)?,
        };
        slots.sequence = slots.sequence.wrapping_add(1);
        let cell = make(ActorId::new(slots.sequence, slot));
        if let Some(place) = slots.at(slot as usize) {
            *place = Some(Arc::clone(&cell) as Arc<dyn AnyCell>);
        }
        Ok(cell)
    }

    /// The same, under a name that nobody has.
    pub(crate) fn insert_named<A: Actor>(
        &self,
        name: Option<Arc<str>>,
        make: impl FnOnce(ActorId) -> Arc<Cell<A>>,
    ) -> Result<Arc<Cell<A>>, SpawnError> {
        let Some(name) = name else { return self.insert(make) };
        let mut names = lock(&self.names);
        if names.contains_key(&name) {
            return Err(SpawnError::NameTaken { name: name.to_string() });
        }
        let cell = self.insert(make)?;
        names.insert(name, cell.id());
        Ok(cell)
    }

    pub(crate) fn by_id(&self, id: ActorId) -> Option<Arc<dyn AnyCell>> {
        let mut slots = lock(&self.slots);
        let cell = slots.at(id.slot())?.as_ref()?;
        (cell.id() == id).then(|| Arc::clone(cell))
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<Arc<dyn AnyCell>> {
        let id = *lock(&self.names).get(name)?;
        self.by_id(id)
    }

    pub(crate) fn remove(&self, cell: &(dyn AnyCell + 'static)) {
        if let Some(name) = cell.extra().and_then(|extra| extra.name()) {
            lock(&self.names).remove(name);
        }
        let id = cell.id();
        let removed = {
            let mut slots = lock(&self.slots);
            let place = slots.at(id.slot());
            let removed = match place {
                Some(place) if place.as_ref().is_some_and(|found| found.id() == id) => place.take(),
                _ => None,
            };
            if removed.is_some() {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "slots are counted in 32 bits"
                )]
                slots.free.push(id.slot() as u32);
            }
            removed
        };
        // Outside of the lock: dropping a cell may run a user's destructors.
        drop(removed);
    }

    /// All actors, in the order of their start.
    pub(crate) fn all(&self) -> Vec<Arc<dyn AnyCell>> {
        let slots = lock(&self.slots);
        let mut cells: Vec<_> =
            slots.blocks.iter().flat_map(|block| block.iter().flatten().cloned()).collect();
        drop(slots);
        cells.sort_by_key(|cell| cell.id());
        cells
    }

    /// Forgets all actors.
    pub(crate) fn clear(&self) {
        let slots = std::mem::take(&mut *lock(&self.slots));
        lock(&self.names).clear();
        drop(slots);
    }
}

impl Slots {
    fn at(&mut self, slot: usize) -> Option<&mut Slot> {
        self.blocks.get_mut(slot / BLOCK)?.get_mut(slot % BLOCK)
    }

    fn grow(&mut self) -> Option<u32> {
        let slot = self.used;
        self.used = slot.checked_add(1)?;
        if slot as usize / BLOCK >= self.blocks.len() {
            self.blocks.push((0..BLOCK).map(|_| None).collect());
        }
        Some(slot)
    }
}
