package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.store.Arbiter;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * An arbiter that decides as another one does, and has other notes in the batch.
 *
 * @param decides what it decides as
 * @param notes gives its notes, that one's among them or not
 */
record Noting(Arbiter decides, Consumer<Arbiter.NoteSink> notes) implements Arbiter {

    @Override
    public Effect decide(OperationRecord incoming, List<Standing> standing) {
        return decides.decide(incoming, standing);
    }

    @Override
    public Optional<Value> merge(Key key, List<Standing> siblings) {
        return decides.merge(key, siblings);
    }

    @Override
    public void addNotes(NoteSink sink) {
        notes.accept(sink);
    }
}
