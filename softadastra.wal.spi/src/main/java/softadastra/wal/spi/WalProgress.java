package softadastra.wal.spi;

/** Told of the progress of long work. Called often and from the working thread, so it should return at once. */
@FunctionalInterface
public interface WalProgress {

    /** Listens to nothing. */
    WalProgress NONE = (task, done, total) -> {};

    /**
     * Takes note.
     *
     * @param task what is being done, in a word or two: {@code verify}
     * @param done how much is done, in the task's unit, which is bytes unless it says otherwise
     * @param total how much there is to do, or -1 if that is not known
     */
    void progress(String task, long done, long total);
}
