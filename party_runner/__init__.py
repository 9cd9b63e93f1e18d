"""The `parley` command: N local parties, or one real one."""
