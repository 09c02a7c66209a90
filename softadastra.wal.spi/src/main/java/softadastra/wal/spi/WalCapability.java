package softadastra.wal.spi;

/** What a provider's logs can do. */
public enum WalCapability {
    /** Records survive the process and the machine. */
    DURABLE,
    /** Records live as long as the handle. */
    VOLATILE,
    /** A second opener is told {@code LOCKED}, in this JVM and in others. */
    EXCLUSIVE_LOCK,
    /** Created and renamed files are made durable through a force of their directory, where the platform has one. */
    DIRECTORY_SYNC,
    /** A reader can wait for records that are yet to come. */
    FOLLOW,
    /** Checkpoints are kept, and history below them can go. */
    CHECKPOINTS
}
