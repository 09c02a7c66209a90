import org.jspecify.annotations.NullMarked;

/** The write-ahead log as its users see it and as its providers implement it, and the finding of providers. */
@NullMarked
module softadastra.wal.spi {
    requires static org.jspecify;
    requires transitive softadastra.core;
}
