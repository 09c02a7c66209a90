import org.jspecify.annotations.NullMarked;

/** The client: the face of the engine for applications. */
@NullMarked
module softadastra.sdk {
    requires static org.jspecify;
    requires transitive softadastra.store;
    requires transitive softadastra.sync;

    exports softadastra.sdk;
}
