"""How large a fleet is needed for many jobs a day, by arithmetic with what was measured."""
