import org.jspecify.annotations.NullMarked;

/** Results and errors, node ids, the hybrid logical clock, file events, and binary codec helpers. */
@NullMarked
module softadastra.core {
    requires static org.jspecify;
}
