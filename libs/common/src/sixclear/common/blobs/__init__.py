"""Files by the hash of their content, in a folder or in a bucket, and what kind of file each is."""
