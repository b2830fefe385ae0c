//! Which bytes a batch file holds: a format and the compression that it can do.
