"""What people write, sealed: two keys a case, wrapped for those who may read, under keys that die with their month."""
