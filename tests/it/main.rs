//! What an actor system does, seen from outside: one test per promise, fault and habit.

mod fault;
mod parity;
mod promise;
mod real;
