/**
 * Devices and programs: what a backend implements (see {@link dev.weft.runtime.DeviceProvider}) and
 * what everything else launches kernels with. Plans are in {@code runtime.plan}, their execution in
 * {@code runtime.exec}, the {@code .weft} file in {@code runtime.artifact}, devices that compute in
 * host memory in {@code runtime.host}.
 */
@NullMarked
package dev.weft.runtime;

import org.jspecify.annotations.NullMarked;
