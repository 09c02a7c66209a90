import org.jspecify.annotations.NullMarked;

/** The contract tests that every provider of a write-ahead log extends, and the fault-injecting kit. */
@NullMarked
module softadastra.wal.tck {
    requires static org.jspecify;
    requires transitive softadastra.wal.spi;
    requires transitive org.junit.jupiter.api;

    exports softadastra.wal.tck;
    exports softadastra.wal.tck.fault;
    exports softadastra.wal.tck.kill;
}
