package softadastra.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The named modules of this project, as they stand in the boot layer of the running tests. */
final class OurModules {
    /** What an application has at run time, lowest first. */
    static final List<String> RUNTIME = List.of(
            "softadastra.core",
            "softadastra.wal.spi",
            "softadastra.wal.file",
            "softadastra.wal.memory",
            "softadastra.store",
            "softadastra.sync",
            "softadastra.transport.http",
            "softadastra.sdk");

    private OurModules() {}

    static List<String> names() {
        return Stream.concat(RUNTIME.stream(), Stream.of("softadastra.wal.tck", "softadastra.cli"))
                .toList();
    }

    static Module module(String name) {
        return ModuleLayer.boot().findModule(name).orElseThrow(() -> new AssertionError("not a named module: " + name));
    }

    static ModuleDescriptor descriptor(String name) {
        return module(name).getDescriptor();
    }

    /** The paths of all files in the module, sorted. */
    static List<String> files(String name) {
        var reference = ModuleLayer.boot()
                .configuration()
                .findModule(name)
                .orElseThrow()
                .reference();
        try (ModuleReader reader = reference.open()) {
            return reader.list().sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The modules of this project that the named one requires, directly or through others. */
    static Set<String> known(String name) {
        Set<String> known = new TreeSet<>();
        for (String required : requires(name)) {
            if (required.startsWith("softadastra.") && known.add(required)) {
                known.addAll(known(required));
            }
        }
        return known;
    }

    /** The module itself and those that it passes on to whoever requires it. */
    static Set<String> passedOn(String name) {
        Set<String> result = new LinkedHashSet<>(Set.of(name));
        for (ModuleDescriptor.Requires required : descriptor(name).requires()) {
            if (required.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE)) {
                result.addAll(passedOn(required.name()));
            }
        }
        return result;
    }

    private static Set<String> requires(String name) {
        return descriptor(name).requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toSet());
    }
}
