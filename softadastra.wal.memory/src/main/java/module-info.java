import org.jspecify.annotations.NullMarked;

/** The write-ahead log in memory, for memory-only stores, tests and simulation. */
@NullMarked
module softadastra.wal.memory {
    requires static org.jspecify;
    requires softadastra.wal.spi;

    provides softadastra.wal.spi.WalProvider with
            softadastra.wal.memory.MemoryWalProvider;
}
