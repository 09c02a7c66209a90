package softadastra.store;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Runs scripts by their text, for who is outside of {@link AlteredClasses}: gets a script and the counts to add to, answers what is
 * wrong, or nothing.
 */
final class ModelSeeds implements BiFunction<String, Map<String, Long>, String> {

    ModelSeeds() {}

    @Override
    public String apply(String script, Map<String, Long> counts) {
        ModelCounts own = new ModelCounts();
        try {
            ModelRun.run(ModelScript.parse(script), own);
            own.all().forEach((name, count) -> counts.merge(name, count, Long::sum));
            return "";
        } catch (RuntimeException | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return e.getMessage() + "\n" + trace;
        }
    }
}
