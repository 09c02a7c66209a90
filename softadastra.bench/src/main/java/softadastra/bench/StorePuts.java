package softadastra.bench;

import java.io.IOException;

/** Puts into a store, of ever new keys, by one thread or several. */
final class StorePuts implements Contender {

    private final KeyValueStore store;
    private final Crew crew;
    private long done;

    StorePuts(KeyValueStore store, int threads) {
        this.store = store;
        this.crew = new Crew(threads);
    }

    @Override
    public String name() {
        return store.name();
    }

    /** Where the puts go. */
    KeyValueStore store() {
        return store;
    }

    @Override
    public void run(int operations) throws Exception {
        crew.run(operations, (source, each) -> {
            for (int i = 0; i < each; i++) {
                source.next();
                store.put(source);
            }
        });
        store.settle();
        done += operations;
    }

    /** Puts what is missing to so many records; nobody measures it. */
    void loadTo(int records) throws Exception {
        crew.run((int) (records - done), store::load);
        done = records;
    }

    @Override
    public void verify() throws Exception {
        store.reopen();
        RecordCheck check = new RecordCheck(crew.threads());
        store.visit(check::accept);
        check.complete(done / crew.threads());
    }

    @Override
    public void close() throws IOException {
        crew.close();
        store.close();
    }
}
