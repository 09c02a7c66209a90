import org.jspecify.annotations.NullMarked;

/** The key-value store over the write-ahead log; it depends on the SPI alone, never on a provider. */
@NullMarked
module softadastra.store {
    requires static jdk.jfr;
    requires static org.jspecify;
    requires transitive softadastra.core;
    requires transitive softadastra.wal.spi;

    exports softadastra.store;
}
