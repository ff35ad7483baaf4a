# Source archives of projects as their authors publish them, by recipes as people write them for nixpkgs: each build
# backend, and of those with C, C++ or Cython to compile each way to find headers and libraries. Read by sdists.sh.
#
# pure and native are of the projects that the set promises, more are others with something to compile. numpy builds
# and imports, too, by meson-python with openblas, and is left out with pandas, since they compile for many minutes.
{ set ? ../../pkgs }:

with import set { system = builtins.currentSystem; };
let
  ps = python3.pkgs;
  # FILE is the archive's name before its version
  recipe = file: version: hash: args: ps.buildPythonPackage ({
    pname = lib.toLower (lib.replaceStrings [ "_" ] [ "-" ] file);
    inherit version;
    pyproject = true;
    src = fetchPypi { pname = file; inherit version hash; };
  } // args);
  # Archives from before pyproject.toml.
  legacy = file: version: hash: args: recipe file version hash ({ pyproject = null; format = "setuptools"; } // args);
in
{
  pure = {
    aiofiles = recipe "aiofiles" "25.1.0" "sha256-qNco8KKd5F3FIfGPByl0KNVpkqdC8M0nAbqG5E0j1bI=" {
      build-system = with ps; [ hatchling hatch-vcs ];
      pythonImportsCheck = [ "aiofiles" ];
    };
    alembic = recipe "alembic" "1.20.1" "sha256-g0kN7x9yNBPbUJZZH3YJrFJUSAW+k4SRcAiO0E9aLgs=" {
      build-system = with ps; [ setuptools ];
      dependencies = with ps; [ mako sqlalchemy typing-extensions ];
      pythonImportsCheck = [ "alembic" ];
    };
    antlr4-python3-runtime = legacy "antlr4-python3-runtime" "4.9.3" "sha256-8iRGm0FoKUkCux76gKi/eFXyTJmu+Zy+/BvNPM53iBs=" {
      pythonImportsCheck = [ "antlr4" ];
    };
    black = recipe "black" "26.10.1" "sha256-X5+Dvq5iQ34GDa/VPX8fwyfj00lPdNcu5cK3PrkPxOc=" {
      build-system = with ps; [ hatchling hatch-vcs hatch-fancy-pypi-readme ];
      dependencies = with ps; [ click mypy-extensions packaging pathspec platformdirs pytokens ];
      pythonImportsCheck = [ "black" ];
    };
    blend-modes = legacy "blend_modes" "2.2.0" "sha256-VOBwO+gwl6lK95LlKiH7vTryCmkLIckXUoPiFnYsEjo=" {
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "blend_modes" ];
    };
    build = recipe "build" "1.6.1" "sha256-UcwRZmORq28JIHBDesdHAC/0bz5BE6NiIXfua0iL/FM=" {
      build-system = with ps; [ flit-core ];
      dependencies = with ps; [ packaging pyproject-hooks ];
      pythonImportsCheck = [ "build" ];
    };
    cachetools = recipe "cachetools" "8.0.2" "sha256-MKxSOt/BGLUdKy57rYoN2zE3Df4nAMfxDKIk82zPgeA=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      pythonImportsCheck = [ "cachetools" ];
    };
    chardet = recipe "chardet" "7.7.0" "sha256-C6OKBSAbCr91cMEtivRcMLKvg1vVzFK/xxBQgu2oLB4=" {
      build-system = with ps; [ hatchling hatch-vcs ];
      pythonImportsCheck = [ "chardet" ];
    };
    click = recipe "click" "8.5.1" "sha256-m7+tp2cD/R14S4PuoBLj6MagAah2VD7xBPpWqq6wcrQ=" {
      build-system = with ps; [ flit-core ];
      pythonImportsCheck = [ "click" ];
    };
    colour-science = recipe "colour_science" "0.4.7" "sha256-s0dz3E3T+bqZzKUpf6EOn1MhNNmUs6Iwjay+lw39UHk=" {
      build-system = with ps; [ hatchling ];
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "colour" ];
    };
    dask = recipe "dask" "2026.8.0" "sha256-ipTDe13m2Gk0M0DcJsPDrMp+xIo6vavgDqOrsRJYhNU=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      dependencies = with ps; [ click cloudpickle fsspec packaging partd pyyaml toolz ];
      pythonImportsCheck = [ "dask" ];
    };
    deepdiff = recipe "deepdiff" "9.1.0" "sha256-B+njZvq0KXdVFTxOq3la1O88vQ1RZg6Ef1dRxr1ydoc=" {
      build-system = with ps; [ flit-core ];
      dependencies = with ps; [ cachebox orderly-set ];
      pythonImportsCheck = [ "deepdiff" ];
    };
    dill = recipe "dill" "0.4.1" "sha256-QjCS30GCF31Ni6gpDIpbZAxmqzXsfaWcz6APb6Pupfo=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "dill" ];
    };
    einops = recipe "einops" "0.8.2" "sha256-YJ2mZVcOXiZeJyg6qwnn8nmt6QxPAbz8oRHz0+E/KCc=" {
      build-system = with ps; [ hatchling ];
      pythonImportsCheck = [ "einops" ];
    };
    fsspec = recipe "fsspec" "2026.9.0" "sha256-DwgUeVHIyzHYRMNUfWMQU7EnhjtgvgTPBuEhMz7g4v4=" {
      build-system = with ps; [ hatchling hatch-vcs ];
      pythonImportsCheck = [ "fsspec" ];
    };
    gitpython = recipe "gitpython" "3.2.1" "sha256-DxIp7FwFe9q97tqL2k8XvaZ5qzPbzMAPJOakgFU8hhM=" {
      build-system = with ps; [ setuptools ];
      dependencies = with ps; [ gitdb ];
    };
    hatch-vcs = recipe "hatch_vcs" "0.5.0" "sha256-A5X6EmlANAIVCQw0Siv04qd7y+faqxb0Gze5jJWAn/k=" {
      build-system = with ps; [ hatchling ];
      dependencies = with ps; [ hatchling setuptools-scm ];
      pythonImportsCheck = [ "hatch_vcs" ];
    };
    hatchling = recipe "hatchling" "1.33.0" "sha256-TEIr1NVU/P9d5bc+lZb4XkHp+X9+VT2PdZXssxpie+8=" {
      build-system = with ps; [ packaging pathspec pluggy tomlkit trove-classifiers ];
      dependencies = with ps; [ packaging pathspec pluggy tomlkit trove-classifiers ];
      pythonImportsCheck = [ "hatchling.build" ];
    };
    httpx = recipe "httpx" "0.28.1" "sha256-demMXxaw81tWeFb1l/Bv8icKN0RwpcI5IkJSjj4+Qvw=" {
      build-system = with ps; [ hatchling hatch-fancy-pypi-readme ];
      dependencies = with ps; [ anyio certifi httpcore idna ];
      pythonImportsCheck = [ "httpx" ];
    };
    huggingface-hub = legacy "huggingface_hub" "2.4.0" "sha256-E6YVi54zk9nT8kjOmQdNUMKgoUSfudji9xB1HiCEwYg=" {
      dependencies = with ps; [ click filelock fsspec hf-xet httpx2 packaging pyyaml tqdm typing-extensions ];
      pythonImportsCheck = [ "huggingface_hub" ];
    };
    imagehash = legacy "ImageHash" "4.3.2" "sha256-5Up5gFr7gqNKzeR0ahZUBQOpY2/R/7MdjgmbKbu/gVY=" {
      dependencies = with ps; [ numpy pillow pywavelets scipy ];
      pythonImportsCheck = [ "imagehash" ];
    };
    imageio = recipe "imageio" "2.38.1" "sha256-Z2nx8BxN1GRIMHhjp4fJoi+k2+EcDIj1JcbkEP39eYM=" {
      build-system = with ps; [ setuptools wheel ];
      dependencies = with ps; [ numpy pillow ];
      pythonImportsCheck = [ "imageio" ];
    };
    importlib-metadata = recipe "importlib_metadata" "10.2.0" "sha256-lBOiAp/ZylZp0n8Thgcbv+PH68oFRWkuyXUIgkH+HXk=" {
      build-system = with ps; [ setuptools setuptools-scm coherent-licensed ];
      dependencies = with ps; [ lazy-importer zipp ];
      pythonImportsCheck = [ "importlib_metadata" ];
    };
    jinja2 = recipe "jinja2" "3.1.6" "sha256-ATf7BZkNNfEnWlh+mu5tVtqCH8g0kaD7g4GDvkP2bW0=" {
      build-system = with ps; [ flit-core ];
      dependencies = with ps; [ markupsafe ];
      pythonImportsCheck = [ "jinja2" ];
    };
    jsonschema = recipe "jsonschema" "4.26.0" "sha256-DCZwfi762Kob/Ft84XDz/MwuSRj/hZibqf+p+ssr4yY=" {
      build-system = with ps; [ hatchling hatch-vcs hatch-fancy-pypi-readme ];
      dependencies = with ps; [ attrs jsonschema-specifications referencing rpds-py ];
      pythonImportsCheck = [ "jsonschema" ];
    };
    lark = recipe "lark" "1.3.1" "sha256-tCanptbVMYnTGPK2I2q11kKerwklnxyjPrcW7tENKQU=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      pythonImportsCheck = [ "lark" ];
    };
    librosa = recipe "librosa" "1.0.0" "sha256-c+1IDUAi5DboXfpvawb/OKJZuSEAOayZk5zWSFS2Glc=" {
      build-system = with ps; [ setuptools wheel ];
      dependencies = with ps; [ decorator joblib lazy-loader msgpack numba numpy pooch scikit-learn scipy soundfile soxr ];
    };
    loguru = recipe "loguru" "0.7.3" "sha256-GUgFied9R7jYWyyCetldSb8xsNzeFlk4kutR3RhwbrY=" {
      build-system = with ps; [ flit-core ];
      pythonImportsCheck = [ "loguru" ];
    };
    mss = recipe "mss" "10.2.0" "sha256-qycYYHdVReYvKdexH4LyeawQSPW73SbPrYSDAgjb05M=" {
      build-system = with ps; [ hatchling ];
      pythonImportsCheck = [ "mss" ];
    };
    networkx = recipe "networkx" "3.7" "sha256-/XelEb2Q8589AWNRNFtSz1MZuBO9ygHeP3VdPMpi6Wo=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "networkx" ];
    };
    packaging = recipe "packaging" "26.3" "sha256-lO3CVkJK84di6zEwbu0ovrnw78UKiDdJLJ1v1gBK7Xk=" {
      build-system = with ps; [ flit-core ];
      pythonImportsCheck = [ "packaging" ];
    };
    pdm-backend = recipe "pdm_backend" "2.5.0" "sha256-eVO5lFY9MVF1XjNkudDP6BftDq7N8nyPd39BLSa82Yo=" {
      pythonImportsCheck = [ "pdm.backend" ];
    };
    poetry-core = recipe "poetry_core" "2.5.0" "sha256-gdBMklOxnQYEcYJo14GGfI97ISjlslu/HoQUHuxricQ=" {
      pythonImportsCheck = [ "poetry.core.masonry.api" ];
    };
    pooch = recipe "pooch" "1.9.0" "sha256-3kZylXm5hX/9PnQZh6L21eDgMhmJLBZ8ZXjACR+1Ee0=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      dependencies = with ps; [ packaging platformdirs requests ];
      pythonImportsCheck = [ "pooch" ];
    };
    py-cpuinfo = recipe "py-cpuinfo" "9.0.0" "sha256-PNu/P6yQ3G8Ri/1kOE8wnt6t2QLXyPsX8C/6H8P0lpA=" {
      build-system = with ps; [ setuptools wheel ];
      pythonImportsCheck = [ "cpuinfo" ];
    };
    pydantic = recipe "pydantic" "2.14.3" "sha256-EFTyN/TUcz5aMOHiMzvTOiAEq5qxUQvQU6mjG7SOIy0=" {
      build-system = with ps; [ hatchling hatch-fancy-pypi-readme ];
      dependencies = with ps; [ annotated-types pydantic-core typing-extensions typing-inspection ];
      pythonImportsCheck = [ "pydantic" ];
    };
    pydantic-settings = recipe "pydantic_settings" "2.16.3" "sha256-EONvYWYj67WGwFyj080iknFGhp20E9TxTCDFFEQqEzc=" {
      build-system = with ps; [ hatchling ];
      dependencies = with ps; [ pydantic python-dotenv typing-extensions typing-inspection ];
      pythonImportsCheck = [ "pydantic_settings" ];
    };
    pyjwt = recipe "pyjwt" "2.15.1" "sha256-TyWegM37az/Bin3lH9HvnseWUvJQGbrmiXXKJGijTfg=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "jwt" ];
    };
    pymatting = recipe "pymatting" "1.1.16" "sha256-ZW4W8HyUG4eSyM00G0l5HnTRlJzq5NjEX7ThDTxufXc=" {
      build-system = with ps; [ setuptools wheel ];
      dependencies = with ps; [ numba numpy pillow scipy ];
      pythonImportsCheck = [ "pymatting" ];
    };
    pyopengl = legacy "pyopengl" "3.1.10" "sha256-xKAtaGa1TrEZyOmz+wT6g1qVq4At2WYHq0zbABLfgzU=" {
      pythonImportsCheck = [ "OpenGL" ];
    };
    pytest = recipe "pytest" "9.2.0" "sha256-l8TzsfPHQUqjZGXgm4Ig8dA2J5k71RsSguGTdTyAVXs=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      dependencies = with ps; [ iniconfig packaging pluggy pygments ];
      pythonImportsCheck = [ "pytest" ];
    };
    python-dateutil = recipe "python_dateutil" "4.0.0" "sha256-1ylf8U/cD5L2YhAL+2xVHRYMoJDyk58exbl5QmXAPwY=" {
      build-system = with ps; [ hatchling hatch-vcs hatch-fancy-pypi-readme ];
      dependencies = with ps; [ tzdata ];
      pythonImportsCheck = [ "dateutil" ];
    };
    python-multipart = recipe "python_multipart" "0.0.34" "sha256-uZiukMpuHjYyYc4uDiMCgbivU4Z7dXlwq9ae6e3NhDo=" {
      build-system = with ps; [ hatchling ];
      pythonImportsCheck = [ "python_multipart" ];
    };
    qrcode = recipe "qrcode" "8.2" "sha256-NcPypBcrMxNqufaz7xwAJg3S9m+FjyTYhBigFfRGUGw=" {
      build-system = with ps; [ poetry-core ];
      pythonImportsCheck = [ "qrcode" ];
    };
    requests = recipe "requests" "2.34.2" "sha256-8oiSTK5OKUY2mNbWC8ak2mnIkYWtHgvMQQT1hOlgue0=" {
      build-system = with ps; [ setuptools ];
      dependencies = with ps; [ certifi charset-normalizer idna urllib3 ];
      pythonImportsCheck = [ "requests" ];
    };
    rich = recipe "rich" "15.0.0" "sha256-7dB6SCTGtAGJ+3rJvExSU26XgPu/vd9vHiUCwxsGjDY=" {
      build-system = with ps; [ poetry-core ];
      dependencies = with ps; [ markdown-it-py pygments ];
      pythonImportsCheck = [ "rich" ];
    };
    scikit-build-core = recipe "scikit_build_core" "1.1.2" "sha256-eJNwkRnFqxvnXNEEQjgxMslDO58QTazvUYWUnvvqeXQ=" {
      build-system = with ps; [ hatchling hatch-vcs setuptools-scm ];
      dependencies = with ps; [ packaging pathspec ];
      pythonImportsCheck = [ "scikit_build_core.build" ];
    };
    seaborn = recipe "seaborn" "0.13.2" "sha256-k+YKQJiPTWXp9Ihd9Hfi/a/2tzqd7UNMGrNW3Vfu//c=" {
      build-system = with ps; [ flit-core ];
      dependencies = with ps; [ matplotlib numpy pandas ];
      pythonImportsCheck = [ "seaborn" ];
    };
    semantic-version = legacy "semantic_version" "2.10.0" "sha256-vau20zaZjLs3jUuds6S1ah4yNXAdwF6iaQ2amX7VBBw=" {
      pythonImportsCheck = [ "semantic_version" ];
    };
    setuptools = recipe "setuptools" "84.2.1" "sha256-P/iztUkqCqZpYPRBk2Woa4TgEwcNQxPk1KaJT11k1rw=" {
      pythonImportsCheck = [ "setuptools" ];
    };
    soundfile = recipe "soundfile" "0.14.0" "sha256-uhwaLWGLylxAZkfIO4nwfMiBD6UGpQYippk7oTDB3hE=" {
      build-system = with ps; [ setuptools cffi ];
      dependencies = with ps; [ cffi numpy typing-extensions ];
      postPatch = ''
        substituteInPlace soundfile.py --replace-fail "_find_library('sndfile')" "'${libsndfile.out}/lib/libsndfile${stdenv.hostPlatform.extensions.sharedLibrary}'"
      '';
      pythonImportsCheck = [ "soundfile" ];
    };
    starlette = recipe "starlette" "1.10.0" "sha256-uDmQmNTB41InNPcjXcebH8ln+WzxOcgeD6MEeeBoX5s=" {
      build-system = with ps; [ hatchling ];
      dependencies = with ps; [ anyio ];
      pythonImportsCheck = [ "starlette" ];
    };
    sympy = legacy "sympy" "1.14.0" "sha256-09P+jfHloLQvDnvfUFQWl9vn0jdG6JSZDAMOKwXnJRc=" {
      dependencies = with ps; [ mpmath ];
      pythonImportsCheck = [ "sympy" ];
    };
    toml = legacy "toml" "0.10.2" "sha256-s72h0QjV3Zn0og0k2cNI6RxNt6sbdJIAve0vg5zL5o8=" {
      pythonImportsCheck = [ "toml" ];
    };
    tomli = recipe "tomli" "2.5.0" "sha256-JkUHVWzYuMjnxu4DfN9EOkY/A/TJWOVxlePTaXEbj/Y=" {
      build-system = with ps; [ flit-core ];
      pythonImportsCheck = [ "tomli" ];
    };
    tomlkit = recipe "tomlkit" "0.14.0" "sha256-zwDvykFdvVdXW++x9mNMT0LS2H27o3YSittCwSG4cGQ=" {
      build-system = with ps; [ poetry-core ];
      pythonImportsCheck = [ "tomlkit" ];
    };
    tqdm = recipe "tqdm" "4.70.1" "sha256-zv0OyhGyo3o67ndlRNT0rpE/AmiBNbVVa4eI36R0r8Q=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      pythonImportsCheck = [ "tqdm" ];
    };
    typer = recipe "typer" "0.29.2" "sha256-sZmNxfLD3tr6FRepUh+pRMxNwfrc6ghdgaOxDryusHU=" {
      build-system = with ps; [ pdm-backend ];
      dependencies = with ps; [ annotated-doc pydantic rich shellingham ];
      pythonImportsCheck = [ "typer" ];
    };
    urllib3 = recipe "urllib3" "2.8.0" "sha256-Y78urUyHlCbr8i7yp4HutKo7SueYoENVBvhof9W7m2M=" {
      build-system = with ps; [ hatchling hatch-vcs setuptools-scm ];
      pythonImportsCheck = [ "urllib3" ];
    };
    uvicorn = recipe "uvicorn" "0.54.0" "sha256-ouM8v6oDBvjmsME+DLidfXoto+YrkMZuGMM9mAeyhiA=" {
      build-system = with ps; [ hatchling ];
      dependencies = with ps; [ click h11 ];
      pythonImportsCheck = [ "uvicorn" ];
    };
  };

  native = {
    aiohttp = recipe "aiohttp" "3.14.5" "sha256-VVin9aBa+ez3RK+R5brvxDb5PJMz5lbCfsJT+aa74Xg=" {
      build-system = with ps; [ setuptools pkgconfig ];
      dependencies = with ps; [ aiohappyeyeballs aiosignal attrs frozenlist multidict propcache yarl ];
      pythonImportsCheck = [ "aiohttp._http_parser" "aiohttp._http_writer" "aiohttp._websocket.mask" "aiohttp._websocket.reader_c" ];
    };
    av = recipe "av" "15.1.0" "sha256-Oc2i3IEOEcGTj4y1dZxB1rYwVQI2szZXkOZ6MTZg7IU=" {
      build-system = with ps; [ setuptools cython ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ ffmpeg-headless ];
      pythonImportsCheck = [ "av" "av._core" "av.container.core" ];
    };
    brotli = recipe "brotli" "1.2.1" "sha256-ArL3tag0he/kSKRN33mD3vBcO7Hc+RfU9xVAcCYOE94=" {
      build-system = with ps; [ setuptools pkgconfig ];
      pythonImportsCheck = [ "brotli" "_brotli" ];
    };
    cython = recipe "cython" "3.3.1" "sha256-4ORZieghvvaqmuFcfVg6teBV90BsSzYk5J4G0k6QN1o=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "Cython.Compiler.Scanning" "Cython.Compiler.Code" ];
    };
    h5py = recipe "h5py" "3.16.0" "sha256-oNuq15aEDMqmekwUSg0MgIAHPDTHbVppQdaBhnjvJzg=" {
      build-system = with ps; [ cython numpy pkgconfig setuptools ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ hdf5 ];
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "h5py" ];
    };
    markupsafe = recipe "markupsafe" "3.0.4" "sha256-LprX3YUb9F+rn3XL/0y0k/7pl56NjHycPuEZAiUY7dY=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "markupsafe._speedups" ];
    };
    numba = recipe "numba" "0.68.1" "sha256-neRhgSRwFzoU7rfgu9J8iX3/6DVAKjOGEWaEL8X26lc=" {
      build-system = with ps; [ setuptools numpy ];
      dependencies = with ps; [ llvmlite numpy ];
      pythonImportsCheck = [ "numba" "numba._dispatcher" "numba._helperlib" "numba.np.ufunc._internal" ];
    };
    numexpr = recipe "numexpr" "2.14.2" "sha256-5xROg+qeWB8ic+AwTxWDZzbE5HDivS43jOYXZiocong=" {
      build-system = with ps; [ setuptools numpy ];
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "numexpr.interpreter" ];
    };
    pillow = recipe "pillow" "12.3.0" "sha256-O4GCp2ZoXqoAJjfii07I1rGIGaDHH1eb8NuqWDApfM4=" {
      build-system = with ps; [ setuptools pybind11 ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ freetype lcms2 libimagequant libjpeg libraqm libtiff libwebp openjpeg zlib xorg.libxcb ];
      pythonImportsCheck = [ "PIL._imaging" "PIL._imagingft" "PIL._imagingcms" "PIL._webp" ];
    };
    pillow-heif = recipe "pillow_heif" "1.8.1" "sha256-Uh6/+4oYHVbDkE5aYfIJA+3uDZ0ydZZ7j7NF+GYhXAY=" {
      build-system = with ps; [ setuptools wheel ];
      dependencies = with ps; [ pillow ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ libheif ];
      pythonImportsCheck = [ "_pillow_heif" "pillow_heif" ];
    };
    protobuf = recipe "protobuf" "5.29.6" "sha256-2p7mpUJLazD9XkXF6mY671QMqV+a2Z0eiH6BnN+bhyM=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "google._upb._message" ];
    };
    psutil = recipe "psutil" "7.2.2" "sha256-B0b1+NQGrzRP1UfxyNql9cM9vCk7uNahbYC0u4j1k3I=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "psutil" ];
    };
    pycocotools = recipe "pycocotools" "2.0.11" "sha256-NCVNdtqFV2/K9cHzqpquFrjLFUGDNLpCg7gAeWvRmT0=" {
      build-system = with ps; [ cython numpy setuptools ];
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "pycocotools._mask" ];
    };
    pygit2 = recipe "pygit2" "1.21.0" "sha256-Hph/vviZ0b8SrswQszrMkX1gJmyhFEKN/CYN9EUaVV8=" {
      build-system = with ps; [ setuptools cffi ];
      dependencies = with ps; [ cffi ];
      buildInputs = [ libgit2 ];
      pythonImportsCheck = [ "pygit2._pygit2" "pygit2._libgit2" ];
    };
    pyopengl-accelerate = recipe "pyopengl_accelerate" "3.1.10" "sha256-gnUcg/Cm9zK4tZI5kO3CRB04F2qYdWsXGOjWxDefWnE=" {
      build-system = with ps; [ setuptools cython numpy ];
      dependencies = with ps; [ numpy pyopengl ];
      pythonImportsCheck = [ "OpenGL_accelerate.arraydatatype" "OpenGL_accelerate.numpy_formathandler" ];
    };
    pyyaml = recipe "pyyaml" "6.0.3" "sha256-12YjNzQh3yL7TPiBcCDLt+8VxyW51eRfF+GJv8OEGQ8=" {
      build-system = with ps; [ setuptools cython ];
      buildInputs = [ libyaml ];
      pythonImportsCheck = [ "yaml._yaml" ];
    };
    regex = recipe "regex" "2026.11.15" "sha256-1ux+KeYuv5OrKlk9ETcCK2AlSX2GEOXLZm1S+e5bsM4=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "regex._regex" ];
    };
    shapely = recipe "shapely" "2.2.0" "sha256-6IZeVT2HSh7EoDIFfqgfyp3vN7GIzY+1UK87NICz+Iw=" {
      build-system = with ps; [ cython meson-python numpy ];
      dependencies = with ps; [ numpy ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ geos ];
      pythonImportsCheck = [ "shapely.lib" "shapely._geos" ];
    };
    sqlalchemy = recipe "sqlalchemy" "2.1.9" "sha256-1wCosu37JigqRwMz1rxKRUxKzaTSAaO+p7cvp2whfSg=" {
      build-system = with ps; [ setuptools cython ];
      dependencies = with ps; [ typing-extensions ];
      pythonImportsCheck = [ "sqlalchemy.util._collections_cy" "sqlalchemy.engine._result_cy" ];
    };
    wcwidth = recipe "wcwidth" "0.9.4" "sha256-/Y1X083+Vw4yZcj6sYhcJONO9AiJwHWcDDBKGemDWVQ=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "wcwidth._wcwidth_c" ];
    };
    websockets = recipe "websockets" "17.4" "sha256-CdOTm3DfDIrS2hRevVCXi8yu4dVl6Diw55IaNNOFces=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "websockets.speedups" ];
    };
    yarl = recipe "yarl" "1.25.1" "sha256-A9043gm8IT6aiyl2Huwz7h1TGNrA5J2K825NJ4MOI6c=" {
      build-system = with ps; [ expandvars setuptools cython ];
      dependencies = with ps; [ idna multidict propcache ];
      pythonImportsCheck = [ "yarl._quoting_c" ];
    };
  };

  more = {
    cffi = recipe "cffi" "2.1.1" "sha256-3TH1LqEIZRO7nfMPj87puJGDI64Gej1beLyCagAHEr4=" {
      build-system = with ps; [ setuptools ];
      dependencies = with ps; [ pycparser ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ libffi ];
      pythonImportsCheck = [ "cffi" "_cffi_backend" ];
    };
    contourpy = recipe "contourpy" "1.4.0" "sha256-IBVvWhrE+M4CZW45ph6CFko9NZeW3IAm91sGJ4PVAOE=" {
      build-system = with ps; [ meson-python pybind11 ];
      dependencies = with ps; [ numpy ];
      pythonImportsCheck = [ "contourpy._contourpy" ];
    };
    frozenlist = recipe "frozenlist" "1.8.0" "sha256-Pt6CntjYQvbNSPxwgdekEAGlbx84YD+dSb8wINWaMa0=" {
      build-system = with ps; [ expandvars setuptools cython ];
      pythonImportsCheck = [ "frozenlist._frozenlist" ];
    };
    greenlet = recipe "greenlet" "3.5.6" "sha256-jmfEO9/IjV/ubbDT5AF1s2L8lfuF8EEtIzubIDxTpXU=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "greenlet._greenlet" ];
    };
    kiwisolver = recipe "kiwisolver" "1.5.1" "sha256-8TA+8u7IEmKktwjD6Fiv5Y18da2RwcBSZu2nZzNphZo=" {
      build-system = with ps; [ setuptools setuptools-scm cppy ];
      pythonImportsCheck = [ "kiwisolver._cext" ];
    };
    lz4 = recipe "lz4" "4.4.5" "sha256-XwueU8HoLojBDXwYAGk2OYATa516gwbE3KT3YNYMOfA=" {
      build-system = with ps; [ setuptools setuptools-scm pkgconfig ];
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ lz4 ];
      pythonImportsCheck = [ "lz4.frame" "lz4.block" ];
    };
    msgpack = recipe "msgpack" "1.2.4" "sha256-R1xE4S8qXedmqESHg/FJybM/P0m4iVPGzXOad9k8cyw=" {
      build-system = with ps; [ setuptools cython ];
      pythonImportsCheck = [ "msgpack._cmsgpack" ];
    };
    multidict = recipe "multidict" "7.2.1" "sha256-6K8+bxvbwx/XYrCUEztHi4mYjq68Y8voKx2eO70Vzt4=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "multidict._multidict" ];
    };
    propcache = recipe "propcache" "0.5.4" "sha256-/2sRP1C8BmppjbXZRNLG3HUHFo3TNB4lWoiS/QcVpVg=" {
      build-system = with ps; [ expandvars setuptools cython ];
      pythonImportsCheck = [ "propcache._helpers_c" ];
    };
    simplejson = recipe "simplejson" "4.3.0" "sha256-/+NKtRoNN+bRxmGlZy3wDS1eGIBOOOrAer/7g/pew9c=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "simplejson._speedups" ];
    };
    ujson = recipe "ujson" "6.1.0" "sha256-rvfqTNni6fijXEU4qXgNWMgNdsXaZqja0mm0zG2TDCk=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      pythonImportsCheck = [ "ujson" ];
    };
    wrapt = recipe "wrapt" "2.5.2" "sha256-VRy0noizci+q14AwODO8T6cGhfsXcycPuYtA052f3b8=" {
      build-system = with ps; [ setuptools ];
      pythonImportsCheck = [ "wrapt._wrappers" ];
    };
    xxhash = recipe "xxhash" "4.1.0" "sha256-ybKI5MH12uVEF7yKBeb22vUFeD2Ra0eD9N0vLn1dtIY=" {
      build-system = with ps; [ setuptools setuptools-scm ];
      buildInputs = [ xxHash ];
      env.XXHASH_LINK_SO = "1";
      pythonImportsCheck = [ "xxhash._xxhash" ];
    };
  };
}
