//! `verify`: whether a folder still holds what its manifest says.
