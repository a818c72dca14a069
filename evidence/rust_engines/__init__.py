"""The HTTP engines of Rust under the tests of our engines, in short processes, and against the clock."""
