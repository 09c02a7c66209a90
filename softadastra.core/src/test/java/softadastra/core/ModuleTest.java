package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private final ModuleDescriptor descriptor = Result.class.getModule().getDescriptor();

    @Test
    void theModuleNeedsNothingButTheJdkAtRunTime() {
        assertEquals("softadastra.core", descriptor.name());
        Set<String> required = descriptor.requires().stream()
                .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toSet());
        assertEquals(Set.of("java.base"), required);
    }

    @Test
    void theModuleExportsItsOnePackage() {
        assertEquals(Set.of("softadastra.core"), descriptor.packages());
        assertEquals(1, descriptor.exports().size());
        ModuleDescriptor.Exports exports = descriptor.exports().iterator().next();
        assertEquals("softadastra.core", exports.source());
        assertTrue(exports.targets().isEmpty());
    }

    @Test
    void noAnswerOfThePackageMayBeDropped() {
        assertTrue(Result.class.getPackage().isAnnotationPresent(CheckReturnValue.class));
    }
}
