package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each module exports, requires, uses and provides is its promise: it changes on purpose or not at all. */
class ModuleDescriptorTest {
    private static final String SERVICES = "META-INF/services/";

    /** Whom each module may know, directly or through others: a lower module never knows a higher one. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.of(
            "softadastra.core", Set.of(),
            "softadastra.wal.spi", Set.of("softadastra.core"),
            "softadastra.wal.file", Set.of("softadastra.core", "softadastra.wal.spi"),
            "softadastra.wal.memory", Set.of("softadastra.core", "softadastra.wal.spi"),
            "softadastra.wal.tck", Set.of("softadastra.core", "softadastra.wal.spi"),
            "softadastra.store", Set.of("softadastra.core", "softadastra.wal.spi"),
            "softadastra.sync", Set.of("softadastra.core", "softadastra.wal.spi", "softadastra.store"),
            "softadastra.transport.http",
                    Set.of("softadastra.core", "softadastra.wal.spi", "softadastra.store", "softadastra.sync"),
            "softadastra.sdk",
                    Set.of("softadastra.core", "softadastra.wal.spi", "softadastra.store", "softadastra.sync"),
            "softadastra.cli",
                    Set.of(
                            "softadastra.core",
                            "softadastra.wal.spi",
                            "softadastra.store",
                            "softadastra.sync",
                            "softadastra.sdk"));

    static Stream<String> modules() {
        return OurModules.names().stream();
    }

    static Stream<String> runtimeModules() {
        return OurModules.RUNTIME.stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void descriptorIsTheOneCheckedIn(String name) {
        Golden.check("descriptors/" + name + ".txt", describe(OurModules.descriptor(name)));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void lowerModulesNeverKnowHigherOnes(String name) {
        Set<String> tooMuch = new TreeSet<>(OurModules.known(name));
        tooMuch.removeAll(MAY_KNOW.get(name));
        assertEquals(Set.of(), tooMuch, name);
    }

    @Test
    void everyModuleHasADirection() {
        assertEquals(Set.copyOf(OurModules.names()), MAY_KNOW.keySet());
    }

    @ParameterizedTest
    @MethodSource("runtimeModules")
    void runtimeModulesNeedOnlyTheJdksBase(String name) {
        for (Requires required : OurModules.descriptor(name).requires()) {
            boolean ours = OurModules.RUNTIME.contains(required.name());
            boolean base = Set.of("java.base", "jdk.jfr").contains(required.name());
            boolean compileTimeOnly = required.name().equals("org.jspecify")
                    && required.modifiers().equals(Set.of(Requires.Modifier.STATIC));
            assertTrue(ours || base || compileTimeOnly, () -> name + " requires " + required);
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void servicesFilesSayWhatTheDescriptorProvides(String name) throws IOException {
        Map<String, List<String>> inDescriptor = new TreeMap<>();
        for (Provides provides : OurModules.descriptor(name).provides()) {
            inDescriptor.put(provides.service(), provides.providers());
        }
        Map<String, List<String>> inFiles = new TreeMap<>();
        for (String file : OurModules.files(name)) {
            if (file.startsWith(SERVICES) && !file.endsWith("/")) {
                inFiles.put(file.substring(SERVICES.length()), providers(OurModules.module(name), file));
            }
        }
        assertEquals(inDescriptor, inFiles, name);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void packagesBeginWithTheNameOfTheirModule(String name) {
        for (String inModule : OurModules.descriptor(name).packages()) {
            assertTrue((inModule + ".").startsWith(name + "."), inModule);
        }
    }

    private static List<String> providers(Module module, String file) throws IOException {
        try (InputStream in = module.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    /** As {@code jar --describe-module} says it, one fact a line, sorted; without what is not promised (versions, hidden packages). */
    private static String describe(ModuleDescriptor descriptor) {
        List<String> lines = new ArrayList<>();
        descriptor.requires().forEach(r -> lines.add("requires " + r.name() + words(r.modifiers())));
        descriptor.exports().forEach(e -> lines.add("exports " + e.source() + words(e.modifiers()) + to(e.targets())));
        descriptor.opens().forEach(o -> lines.add("opens " + o.source() + words(o.modifiers()) + to(o.targets())));
        descriptor.uses().forEach(service -> lines.add("uses " + service));
        descriptor
                .provides()
                .forEach(p -> lines.add("provides " + p.service() + " with " + String.join(" ", p.providers())));
        String kind = descriptor.isOpen() ? "open module " : "module ";
        return Stream.concat(Stream.of(kind + descriptor.name()), lines.stream().sorted())
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String words(Set<? extends Enum<?>> modifiers) {
        return modifiers.stream()
                .map(modifier -> " " + modifier.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining());
    }

    private static String to(Set<String> targets) {
        return targets.isEmpty() ? "" : " to " + String.join(" ", new TreeSet<>(targets));
    }
}
