import org.jspecify.annotations.NullMarked;

/** The write-ahead log in durable, segmented files. */
@NullMarked
module softadastra.wal.file {
    requires static org.jspecify;
    requires softadastra.wal.spi;
}
