package softadastra.bench;

import java.nio.file.Path;
import java.util.List;

/** Something to measure; the figures of one line of the table or of several. */
interface Work {

    /** What to call it by on the command line. */
    String name();

    /** The table it belongs to, which is a name for all of its works: that of the log, the store, or of something else. */
    default String table() {
        return "wal";
    }

    /**
     * Measures, and checks what was done.
     *
     * @param directory an empty folder to work in
     * @throws WrongResultException if what was done is not there
     */
    List<Row> measure(Path directory, Sizes sizes) throws Exception;
}
