print( 'resize' )
