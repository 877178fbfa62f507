//! The whole check of an export, offline. Reads no file: the parts come in as readers.
