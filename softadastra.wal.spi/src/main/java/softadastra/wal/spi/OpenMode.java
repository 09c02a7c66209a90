package softadastra.wal.spi;

/** How a provider is asked to open a log. */
public enum OpenMode {
    /** As its one owner: creates the log if there is none, locks it, recovers it, appends to it. */
    OWN,
    /** For reading, beside an owner or without one: creates, locks and changes nothing. */
    READ
}
