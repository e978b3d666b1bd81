//! Tests for rdddy systems.
