package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** These need no OpenCL. */
class OpenClLibraryTest {
  @Test
  void aLibraryThatIsNotThereIsFoundMissingWithoutTouchingJocl() {
    assertThat(OpenClLibrary.whyMissing(List.of("libNoSuchThing.so.1")))
        .hasValue("there is no OpenCL library (libNoSuchThing.so.1)");
  }

  @Test
  void aLibraryThatIsSomethingElseIsMissingToo() {
    String javaBase = System.mapLibraryName("java");
    String path = System.getProperty("java.home") + "/lib/" + javaBase;

    assertThat(OpenClLibrary.whyMissing(List.of(path))).isPresent();
  }

  @Test
  void theLibrarysNameIsThatOfThePlatform() {
    assertThat(OpenClLibrary.names("Linux")).first().isEqualTo("libOpenCL.so.1");
    assertThat(OpenClLibrary.names("Windows 11")).containsExactly("OpenCL.dll");
    assertThat(OpenClLibrary.names("Mac OS X")).first().asString().contains("OpenCL.framework");
  }

  @Test
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(DeviceProvider.class))
        .extracting(DeviceProvider::name)
        .contains("opencl");
  }

  @Test
  void aNumberThatNoDeviceHasIsAnErrorThatSaysWhatToDo() {
    OpenClProvider provider = new OpenClProvider();
    String expected =
        switch (provider.probe()) {
          case DeviceProbe.Found found -> "there are " + found.devices().size();
          case DeviceProbe.Missing missing -> missing.remedy();
        };

    assertThatThrownBy(() -> provider.open(99))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessageContaining("opencl:99")
        .hasMessageContaining(expected);
    assertThatThrownBy(() -> provider.open(-1)).isInstanceOf(DeviceNotFoundException.class);
  }
}
