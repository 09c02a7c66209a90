import org.jspecify.annotations.NullMarked;
import softadastra.wal.file.FileWalProvider;
import softadastra.wal.spi.WalProvider;

/** The write-ahead log in durable, segmented files. */
@NullMarked
module softadastra.wal.file {
    requires static jdk.jfr;
    requires static org.jspecify;
    requires softadastra.wal.spi;

    provides WalProvider with
            FileWalProvider;
}
