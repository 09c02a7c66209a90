/** A second provider of a name that is taken. */
module example.twin {
    requires softadastra.wal.spi;

    provides softadastra.wal.spi.WalProvider with
            example.twin.TwinProvider;
}
