//! `generate`: the thirteen tables of the article, at any scale, in any of the databases.
