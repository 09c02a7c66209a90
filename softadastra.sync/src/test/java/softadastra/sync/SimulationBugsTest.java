package softadastra.sync;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mistakes in the protocol, planted one by one: the simulation finds each. */
class SimulationBugsTest {

    private static final int STEPS = 300;
    /** Most are found by the first one or two. */
    private static final long SEEDS = 30;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void isFound(SimulationBug bug) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (Simulation simulation = new Simulation(seed, bug)) {
                SimulationCounts unused = simulation.run(Simulation.steps(seed, STEPS));
            } catch (AssertionError e) {
                System.out.println(bug + ": found by seed " + seed + ", "
                        + String.valueOf(e.getMessage())
                                .lines()
                                .findFirst()
                                .orElse("")
                                .replaceAll("\\p{Cntrl}", "."));
                return;
            }
        }
        fail(bug + " was not found by " + SEEDS + " seeds");
    }
}
