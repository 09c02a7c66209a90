/** Somebody else's provider, that the engine has never heard of. */
module example.journal {
    requires softadastra.wal.spi;

    provides softadastra.wal.spi.WalProvider with
            example.journal.JournalProvider;
}
