import org.jspecify.annotations.NullMarked;

/**
 * The foundation that every Softadastra module stands on: results and errors, node identities, the hybrid logical
 * clock, file events, and the strict binary reading and writing that all formats use.
 */
@NullMarked
module softadastra.core {
    requires static org.jspecify;

    exports softadastra.core;
}
