package softadastra.cli;

import java.io.IOException;

/** Where an import takes its entries from. An import goes through it once, in an order that is always the same. */
interface ImportSource {

    /** Takes what a source has. */
    interface Sink {

        /** Takes an entry. */
        void entry(String key, byte[] value);

        /** Takes note of something that cannot become an entry, and why. */
        void leftOut(String name, String reason);
    }

    /**
     * Hands over everything.
     *
     * @throws IOException if the source itself cannot be read; single entries that cannot are left out
     */
    void forEach(Sink sink) throws IOException;
}
