# Puts the page together: cmake -DENGINE=snapsim.js -DSOURCE=<root> -DOUT=simulator.html -P simulator.cmake
file(READ ${ENGINE} SNAPSIM_WEB_ENGINE)
file(READ ${SOURCE}/sim/web/simulator.js SNAPSIM_WEB_SCRIPT)
file(READ ${SOURCE}/sim/page/page.css SNAPSIM_PAGE_css)
file(READ ${LIBRARY} SNAPSIM_WEB_LIBRARY)
configure_file(${SOURCE}/sim/web/simulator.html ${OUT} @ONLY)
