//! The argument notation of the command reference, read as data: `key [NX | XX] [EX seconds | PX milliseconds]`.
//! COMMAND DOCS' argument tree, hints and generated test lines come from it.
