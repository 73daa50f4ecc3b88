//! What a program costs, counted instead of timed.
//!
//! The counters belong to the thread, so that a run on its own thread starts at zero, and are plain cells: they are
//! touched where memory is allocated, freed or updated, never on the way of arithmetic. They are the same on every run
//! and on every machine.

use std::cell::Cell;

/// A snapshot of the counters of this thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Blocks asked from the allocator: objects, and the buffers of lists and maps each time they grow.
    pub allocations: u64,
    pub bytes_allocated: u64,
    /// Values copied because someone else could still see them.
    pub copies: u64,
    pub copied_bytes: u64,
    /// Updates of solely owned values.
    pub in_place_updates: u64,
    /// Objects alive now; literals are not counted.
    pub live_objects: u64,
    pub heap_bytes: u64,
    pub peak_heap_bytes: u64,
}

const ZERO: Counters = Counters {
    allocations: 0,
    bytes_allocated: 0,
    copies: 0,
    copied_bytes: 0,
    in_place_updates: 0,
    live_objects: 0,
    heap_bytes: 0,
    peak_heap_bytes: 0,
};

struct Cells {
    allocations: Cell<u64>,
    bytes_allocated: Cell<u64>,
    copies: Cell<u64>,
    copied_bytes: Cell<u64>,
    in_place_updates: Cell<u64>,
    live_objects: Cell<u64>,
    heap_bytes: Cell<u64>,
    peak_heap_bytes: Cell<u64>,
}

thread_local! {
    static CELLS: Cells = const {
        Cells {
            allocations: Cell::new(0),
            bytes_allocated: Cell::new(0),
            copies: Cell::new(0),
            copied_bytes: Cell::new(0),
            in_place_updates: Cell::new(0),
            live_objects: Cell::new(0),
            heap_bytes: Cell::new(0),
            peak_heap_bytes: Cell::new(0),
        }
    };
}

fn add(cell: &Cell<u64>, amount: u64) {
    cell.set(cell.get().wrapping_add(amount));
}

/// The counters as they stand.
pub fn snapshot() -> Counters {
    CELLS.with(|cells| Counters {
        allocations: cells.allocations.get(),
        bytes_allocated: cells.bytes_allocated.get(),
        copies: cells.copies.get(),
        copied_bytes: cells.copied_bytes.get(),
        in_place_updates: cells.in_place_updates.get(),
        live_objects: cells.live_objects.get(),
        heap_bytes: cells.heap_bytes.get(),
        peak_heap_bytes: cells.peak_heap_bytes.get(),
    })
}

/// Starts a new count; what is alive stays counted as alive.
pub fn reset() {
    CELLS.with(|cells| {
        cells.allocations.set(ZERO.allocations);
        cells.bytes_allocated.set(ZERO.bytes_allocated);
        cells.copies.set(ZERO.copies);
        cells.copied_bytes.set(ZERO.copied_bytes);
        cells.in_place_updates.set(ZERO.in_place_updates);
        cells.peak_heap_bytes.set(cells.heap_bytes.get());
    });
}

/// An object of that many bytes was made.
pub(crate) fn object_made(bytes: usize) {
    CELLS.with(|cells| add(&cells.live_objects, 1));
    block_allocated(bytes);
}

/// An object of that many bytes was freed.
pub(crate) fn object_freed(bytes: usize) {
    CELLS.with(|cells| add(&cells.live_objects, u64::MAX));
    block_freed(bytes);
}

/// A block was allocated that is not an object of its own.
pub(crate) fn block_allocated(bytes: usize) {
    CELLS.with(|cells| {
        add(&cells.allocations, 1);
        add(&cells.bytes_allocated, bytes as u64);
        add(&cells.heap_bytes, bytes as u64);
        if cells.heap_bytes.get() > cells.peak_heap_bytes.get() {
            cells.peak_heap_bytes.set(cells.heap_bytes.get());
        }
    });
}

pub(crate) fn block_freed(bytes: usize) {
    CELLS.with(|cells| add(&cells.heap_bytes, (bytes as u64).wrapping_neg()));
}

/// A block was replaced by one of another size; nothing happened if the sizes are equal.
pub(crate) fn block_resized(before: usize, after: usize) {
    if before != after {
        block_freed(before);
        if after > 0 {
            block_allocated(after);
        }
    }
}

/// A value had to be copied because it is shared; `bytes` of its content.
pub(crate) fn copied(bytes: usize) {
    CELLS.with(|cells| {
        add(&cells.copies, 1);
        add(&cells.copied_bytes, bytes as u64);
    });
}

/// A solely owned value was updated where it stands.
pub(crate) fn updated_in_place() {
    CELLS.with(|cells| add(&cells.in_place_updates, 1));
}

/// Takes back what making a literal has counted.
pub(crate) fn restore_allocation(before: Counters) {
    CELLS.with(|cells| {
        cells.allocations.set(before.allocations);
        cells.bytes_allocated.set(before.bytes_allocated);
        cells.live_objects.set(before.live_objects);
        cells.heap_bytes.set(before.heap_bytes);
        cells.peak_heap_bytes.set(before.peak_heap_bytes);
    });
}

/// A literal is about to be freed as an object, but was never counted as one.
pub(crate) fn object_forgotten(bytes: usize) {
    CELLS.with(|cells| {
        add(&cells.live_objects, 1);
        add(&cells.heap_bytes, bytes as u64);
    });
}
