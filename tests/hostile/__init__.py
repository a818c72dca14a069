"""What a spec that means harm, a crash or a hostile folder can do: nothing."""
