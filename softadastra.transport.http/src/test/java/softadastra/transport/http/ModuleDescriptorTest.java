package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import softadastra.sync.SyncTransportProvider;

/** What the module promises: nothing but its provider. */
class ModuleDescriptorTest {

    private final ModuleDescriptor descriptor =
            HttpTransportProvider.class.getModule().getDescriptor();

    @Test
    void itExportsNothingAndRequiresSyncAlone() {
        assertEquals("softadastra.transport.http", descriptor.name());
        assertEquals(Set.of(), descriptor.exports());
        assertEquals(
                Set.of("java.base", "org.jspecify", "softadastra.sync"),
                descriptor.requires().stream().map(Requires::name).collect(Collectors.toSet()));
    }

    @Test
    void theServiceFileSaysWhatTheDescriptorProvides() throws IOException {
        ModuleDescriptor.Provides provides = descriptor.provides().iterator().next();
        assertEquals(SyncTransportProvider.class.getName(), provides.service());
        try (InputStream file = HttpTransportProvider.class
                .getModule()
                .getResourceAsStream("META-INF/services/" + SyncTransportProvider.class.getName())) {
            assertNotNull(file);
            List<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertEquals(provides.providers(), lines);
        }
    }
}
