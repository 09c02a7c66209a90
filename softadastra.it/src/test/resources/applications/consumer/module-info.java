/** An application that keeps a few values: all it names of the engine is the store. */
module consumer {
    requires softadastra.store;
}
