package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes a script that fails simpler, as long as it fails: by leaving steps out, and by making numbers smaller. */
final class ModelShrinker {

    /**
     * A script that fails.
     *
     * @param script the script
     * @param failure what is wrong
     */
    record Found(ModelScript script, String failure) {}

    private static final int MAX_RUNS = 3_000;

    private final Function<ModelScript, Optional<Found>> finder;
    private Found best;
    private int runs;

    private ModelShrinker(Found found, Function<ModelScript, Optional<Found>> finder) {
        this.best = found;
        this.finder = finder;
    }

    /** The simplest script that was found to fail. */
    static Found shrink(Found found, Function<ModelScript, Optional<Found>> finder) {
        ModelShrinker shrinker = new ModelShrinker(found, finder);
        boolean simpler = true;
        while (simpler && shrinker.runs < MAX_RUNS) {
            simpler = shrinker.leaveStepsOut();
            simpler |= shrinker.makeNumbersSmaller();
        }
        return shrinker.best;
    }

    private List<ModelStep> steps() {
        return best.script().steps();
    }

    private boolean accept(List<ModelStep> steps) {
        if (steps.isEmpty() || runs++ >= MAX_RUNS) {
            return false;
        }
        Optional<Found> found = finder.apply(best.script().with(steps));
        found.ifPresent(simpler -> best = simpler);
        return found.isPresent();
    }

    private boolean leaveStepsOut() {
        boolean simpler = false;
        for (int chunk = Math.max(1, steps().size() / 2); chunk > 0; chunk /= 2) {
            for (int from = steps().size() - chunk; from >= 0; from -= chunk) {
                List<ModelStep> fewer = new ArrayList<>(steps());
                fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
                simpler |= accept(fewer);
                from = Math.min(from, steps().size());
            }
        }
        return simpler;
    }

    private boolean makeNumbersSmaller() {
        boolean simpler = false;
        for (int i = 0; i < steps().size(); i++) {
            simpler |= makeBatchSmaller(i);
            for (int j = 0; j < steps().get(i).numbers().size(); j++) {
                int number = steps().get(i).number(j);
                for (int smaller : new int[] {0, number / 2, number - 1}) {
                    if (number > 0 && smaller < number && accept(with(i, j, smaller))) {
                        simpler = true;
                        break;
                    }
                }
            }
        }
        return simpler;
    }

    private List<ModelStep> with(int index, int place, int number) {
        List<ModelStep> changed = new ArrayList<>(steps());
        List<Integer> numbers = new ArrayList<>(changed.get(index).numbers());
        numbers.set(place, number);
        changed.set(index, new ModelStep(changed.get(index).verb(), numbers));
        return changed;
    }

    private boolean makeBatchSmaller(int index) {
        ModelStep step = steps().get(index);
        if (step.numbers().size() < 4) {
            return false;
        }
        List<ModelStep> changed = new ArrayList<>(steps());
        changed.set(
                index,
                new ModelStep(
                        step.verb(), step.numbers().subList(2, step.numbers().size())));
        return accept(changed);
    }
}
