//! The tree engine, on HIR built by hand and on the programs of the language documents.

mod it {
    mod build;
    mod depth;
    mod documents;
    mod help;
    mod ownership;
    mod walk;
}
