"""Transports over the engines of Rust."""
