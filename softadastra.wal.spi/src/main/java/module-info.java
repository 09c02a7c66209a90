import org.jspecify.annotations.NullMarked;
import softadastra.wal.spi.WalProvider;

/** The write-ahead log as its users see it and as its providers implement it, and the finding of providers. */
@NullMarked
module softadastra.wal.spi {
    requires static org.jspecify;
    requires transitive softadastra.core;

    exports softadastra.wal.spi;
    exports softadastra.wal.spi.storage;

    uses WalProvider;
}
